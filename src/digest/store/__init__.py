"""The database: tables, one query module per resting place, and the migrations."""
