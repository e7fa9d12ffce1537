"""One turn of conversation, from question to signal."""

import os

# Matrices here are small: BLAS threads that wait for each other cost a busy server a third of its processor time
# (`make bench-load`: 69 ms of it a message, 47 with one). Set before numpy loads; whoever sets it otherwise is heard.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
