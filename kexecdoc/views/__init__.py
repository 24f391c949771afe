"""What a person looks at. Nothing in here can reach into the machine: it has a run and a time."""
