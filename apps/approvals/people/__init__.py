"""Who is asked, and when they are there: groups, working hours, absences, and what people are told by mail."""
