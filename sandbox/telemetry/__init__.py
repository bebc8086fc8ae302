"""What traffic leaves behind: metrics, logs, alerts and costs."""
