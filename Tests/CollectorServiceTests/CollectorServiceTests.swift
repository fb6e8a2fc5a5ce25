// Tests of CollectorService.
