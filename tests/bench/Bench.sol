// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// The token that all are measured with: OpenZeppelin's, with six decimals.
contract Token is ERC20("USD Coin", "USDC") {
    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// The naive batch: pull the sum, then a transfer each. No number is guarded, and one payee who cannot be paid stops all.
contract Disperse {
    function disperse(IERC20 token, address[] calldata payees, uint256[] calldata amounts) external {
        uint256 total = 0;
        for (uint256 i = 0; i < payees.length; i++) total += amounts[i];
        require(token.transferFrom(msg.sender, address(this), total));
        for (uint256 i = 0; i < payees.length; i++) require(token.transfer(payees[i], amounts[i]));
    }
}
