"""Azure Resource Manager: ids, resource types and the frame that stores, waits, locks and answers."""
