"""What spares time in a process that judges, answers and ends."""

import atexit
import gc


def in_a_process_of_its_own() -> None:
    """Nothing is worth collecting here, nor at the end: asked before the heavy imports."""
    gc.disable()
    atexit.register(gc.freeze)
