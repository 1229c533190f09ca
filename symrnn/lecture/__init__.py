"""The main job: prove, train, measure, and make one document of it all."""
