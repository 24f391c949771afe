"""What an arm64 kernel does its own way: the GICv3 with its LPIs, the SMMU, PSCI."""
