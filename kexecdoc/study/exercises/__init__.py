"""The checkers of the chapters' exercises, one file a chapter: each says what is wrong with a wrong answer, and why.

A checker takes an answer and returns one sentence. It begins with `RIGHT` if the answer is right, and with "No" or
"Not" if it is not; then it says why. What it compares with is computed, never written down.
"""

RIGHT = "Right."
