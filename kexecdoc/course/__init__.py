"""What chapters, exercises and quizzes are made of. No lower layer imports it."""
