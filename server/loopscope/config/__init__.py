"""Layer 2: the configuration of pytest and of loopscope, as files say it."""
