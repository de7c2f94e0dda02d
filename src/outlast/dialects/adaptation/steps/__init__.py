"""How rules are carried out on wire bodies, a module for each dialect."""
