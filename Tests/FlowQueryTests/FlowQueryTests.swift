// Tests of FlowQuery.
