// Tests of FlowStore.
