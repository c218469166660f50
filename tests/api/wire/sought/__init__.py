"""The part of the wire checklist that only asks: its tests share one house with what is sought."""
