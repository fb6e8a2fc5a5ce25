// Sources of AgentService.
