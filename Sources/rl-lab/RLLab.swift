import Lab

/// The program `rl-lab`: the standard laboratory and its command line.
@main struct RLLab {
  static func main() async {
    await Laboratory.standard.run(arguments: CommandLine.arguments)
  }
}
