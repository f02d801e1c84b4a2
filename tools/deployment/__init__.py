"""What a deployment is made of beside the chain: its file of arguments, and the record that it leaves."""
