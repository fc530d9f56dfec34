"""The trainer's ground floor: cases, grading, what a mistake costs, who should practise what, and hints. No UI, no SQL, no clock."""
