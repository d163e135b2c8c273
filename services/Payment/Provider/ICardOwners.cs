namespace Tumpang.Payments.Provider;

/// <summary>The part of a provider that knows to whom a card is saved, where it has one: a token alone says nothing about who may charge it.</summary>
internal interface ICardOwners
{
    /// <summary>Whether the card is saved to that user of ours; null when the provider does not answer.</summary>
    Task<bool?> Owns(Guid userId, string cardToken, CancellationToken ct);
}
