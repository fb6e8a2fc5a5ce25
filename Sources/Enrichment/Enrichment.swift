// Sources of Enrichment.
