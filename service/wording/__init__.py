"""Words people read in Finnish, Swedish and English: values of the domain made into sentences."""
