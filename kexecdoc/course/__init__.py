"""What chapters, exercises and quizzes are made of. Nothing below imports it."""
