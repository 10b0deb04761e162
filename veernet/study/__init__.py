"""The study of losses: arms that are trained and scored alike, and what they show."""
