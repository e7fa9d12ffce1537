"""What was really asked: recorded turns as proposed cases, and the questions nothing answered."""
