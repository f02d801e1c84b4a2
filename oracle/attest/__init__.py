"""What reporters sign and members prove: hashes, trees and messages, pure and exact."""
