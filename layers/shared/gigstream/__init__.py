"""What all functions share."""

import gc

# What is imported stays as long as the process, and the collector would look through it again and again: a sixth of a
# cold start. So it waits for more; a request leaves little behind that only it could free.
gc.set_threshold(50_000)
