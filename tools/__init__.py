"""What is run by make, for those who publish the pack."""
