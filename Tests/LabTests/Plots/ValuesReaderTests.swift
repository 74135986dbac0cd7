import Testing

@testable import Lab

@Suite struct ValuesReaderTests {
  private let folder = TemporaryFolder()
  private static let header = "variant,seed,state,label,action,action_label,q,probability,value\n"

  private func tables(_ text: String) throws -> [ValuesReader.Table] {
    try folder.write(text, to: "values.csv")
    return try ValuesReader(folder.path + "/values.csv").tables()
  }

  @Test func readsTheFirstSeedOfEachVariant() throws {
    let tables = try tables(
      Self.header + "a,3,0,\"(0, 0)\",0,up,1.5,0.25,1.75\na,3,0,\"(0, 0)\",2,down,2,0.75,1.75\n"
        + "a,3,4,end,0,up,,1,-2\na,4,0,\"(0, 0)\",0,up,9,1,9\nb,0,0,x,0,up,,,inf\n")
    #expect(tables.map(\.variant) == ["a", "b"])
    #expect(tables[0].seed == "3")
    #expect(tables[0].labels == ["(0, 0)", "end"])
    #expect(tables[0].values == [1.75, -2])
    #expect(tables[0].states[0]?.probabilities.map(\.action) == [0, 2])
    #expect(tables[0].states[0]?.probabilities.map(\.probability) == [0.25, 0.75])
    #expect(tables[1].values == [.infinity])
  }

  @Test(arguments: ["a,0,zero,x,0,up,1,1,1\n", "a,0,0,x,0\n"])
  func namesTheLineThatIsWrong(row: String) {
    let error = #expect(throws: LabError.self) { try tables(Self.header + "a,0,0,x,0,up,1,1,1\n" + row) }
    #expect(error?.kind == .data && error?.message.contains("line 3") == true)
  }

  @Test func refusesOtherTables() {
    #expect(throws: LabError.self) { try tables("variant,seed,state\n") }
  }
}
