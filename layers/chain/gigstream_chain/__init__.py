"""Settlement on Arc, by the two rails: the contract over web3, or Circle's wallets. Each part imports only its own."""
