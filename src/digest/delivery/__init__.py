"""From bytes and an audience to delivered, with every recipient accounted for."""
