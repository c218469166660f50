"""The words: catalogues, dates, numbers, reasons and states, in three languages."""
