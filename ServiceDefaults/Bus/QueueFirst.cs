using MassTransit;
using MassTransit.RabbitMqTransport;

namespace Tumpang.ServiceDefaults.Bus;

/// <summary>
/// Whenever an endpoint connects, at the start and again when the broker came back, its queue is declared in turn with whoever else declares it,
/// before MassTransit declares it once more and consumes.
/// </summary>
sealed class QueueFirst(string queue) : IFilter<ChannelContext>
{
    public async Task Send(ChannelContext context, IPipe<ChannelContext> next)
    {
        await BrokerTopology.DeclareQueue(context.ConnectionContext.Connection, queue, context.CancellationToken);
        await next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("queue-first");
}
