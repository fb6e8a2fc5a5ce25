// Sources of CollectorService.
