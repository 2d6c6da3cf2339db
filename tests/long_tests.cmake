# Read by ctest after it has found the tests: the longest start first, so that no core waits for the last one.
set_tests_properties(Compress.InterruptedInAnyStageLeavesNothingAndRunsAgainToTheSameBytes ManyJobs.SurviveAKilledWorker
  PROPERTIES COST 100)
set_tests_properties(Install.TheExampleIsBuiltAgainstItByPkgConfigAndByCMake Fuzz.EngineEqualsOracleOnNastyPools PROPERTIES COST 60)
set_tests_properties(Compress.KeepsExactCountsOfEveryClassAndVerifies Compress.GivesTheSameBytesForAnyNumberOfThreads
  Mpirun.AnyNumberOfRanksLeavesTheSameBytes PROPERTIES COST 50)
