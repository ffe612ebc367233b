"""Ways out of the house: each takes finished messages and says what became of every one."""
