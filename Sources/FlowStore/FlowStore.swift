// Sources of FlowStore.
