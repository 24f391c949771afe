"""What kexecdoc costs, as ratios within one run: `make bench`."""
