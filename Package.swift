// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "rl-lab",
  platforms: [.macOS(.v26)],
  products: [
    .executable(name: "rl-lab", targets: ["rl-lab"]),
    .library(name: "RLLab", targets: ["RLCore", "Environments", "Algorithms", "Lab"]),
  ],
  dependencies: [],
  targets: [
    .target(name: "RLCore"),
    .target(name: "Environments", dependencies: ["RLCore"]),
    .target(name: "Algorithms", dependencies: ["RLCore"]),
    .target(name: "Lab", dependencies: ["RLCore", "Environments", "Algorithms"]),
    .executableTarget(name: "rl-lab", dependencies: ["Lab"]),
    .testTarget(name: "RLCoreTests", dependencies: ["RLCore"], resources: [.copy("Fixtures")]),
    .testTarget(
      name: "EnvironmentsTests", dependencies: ["Environments", "RLCore"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "AlgorithmsTests", dependencies: ["Algorithms", "Environments", "RLCore"],
      resources: [.copy("Fixtures")]),
    .testTarget(name: "LabTests", dependencies: ["Lab"], resources: [.copy("Fixtures")]),
    .testTarget(name: "CommandTests", dependencies: ["rl-lab", "Lab"]),
  ]
)
