// Sources of AgentCommands.
