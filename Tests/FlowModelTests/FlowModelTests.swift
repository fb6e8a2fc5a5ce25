// Tests of FlowModel.
