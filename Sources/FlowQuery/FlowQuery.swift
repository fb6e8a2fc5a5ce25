// Sources of FlowQuery.
