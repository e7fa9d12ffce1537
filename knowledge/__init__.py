"""How a document gets in, and how passages come out."""
