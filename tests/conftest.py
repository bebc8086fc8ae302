"""What holds for every test."""

import hypothesis

# How long an example takes says how busy the machine is, not whether the code is right.
hypothesis.settings.register_profile("no-deadline", deadline=None)
hypothesis.settings.load_profile("no-deadline")
