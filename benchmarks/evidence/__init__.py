"""What the verdict's tests hold and what they cost, by enumeration and by simulation with fixed seeds."""
