"""The benchmark: ours and every installed peer, side by side on the same inputs."""
