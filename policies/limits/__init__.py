"""What each environment allows: every threshold and list that a rule judges by.

One file a category. A policy configuration may set any of them, by the rule's id and the
parameter's name.
"""
