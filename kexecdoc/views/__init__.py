"""Text, tables and pictures for people: functions of a run and a time. Nothing here simulates."""
