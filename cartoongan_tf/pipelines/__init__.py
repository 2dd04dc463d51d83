"""Many pictures drawn by many processes and machines, by Apache Beam."""
