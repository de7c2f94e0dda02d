"""What simulated models say and refuse. Everything here is a simulation and says so in what it answers."""
