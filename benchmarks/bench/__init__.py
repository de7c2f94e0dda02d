"""What every measurement shares: processes that always stop, nginx, wrk, medians."""
