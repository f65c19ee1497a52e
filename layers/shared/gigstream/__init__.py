"""What all functions share."""

import gc

# What is imported stays as long as the process, and looking through it for garbage is a tenth of a cold start. So the
# collector waits for more than any function of the API makes before its first answer, some 70,000 objects; a request
# leaves little behind that only it could free.
gc.set_threshold(100_000)
