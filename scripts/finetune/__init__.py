"""`plumb finetune`: whether a job made what was wanted, and then into the stack file with it."""
