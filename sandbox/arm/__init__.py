"""Azure Resource Manager: ids, types, and the frame that stores, waits, locks and answers."""
