// Tests of Enrichment.
